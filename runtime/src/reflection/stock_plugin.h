#ifndef HAWKMOUNT_SRC_REFLECTION_STOCK_PLUGIN_H_
#define HAWKMOUNT_SRC_REFLECTION_STOCK_PLUGIN_H_

namespace grpc {
class ServerBuilder;
}  // namespace grpc

namespace hawkmount::reflection {

// Keeps gRPC's own reflection and health services out of the server that is
// built: the former is put into every one as soon as a program links
// libgrpc++_reflection, the latter by EnableDefaultHealthCheckService. Beside
// ours, either would abort the process.
void RemoveStockServices(grpc::ServerBuilder& builder);

}  // namespace hawkmount::reflection

#endif  // HAWKMOUNT_SRC_REFLECTION_STOCK_PLUGIN_H_
