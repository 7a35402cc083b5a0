# Borrows books of the library of docs/examples/errors through Ruby's gRPC and
# the messages of its googleapis-common-protos-types, and prints a line of JSON
# for each error that it is told: client.rb PORT STUBS.

require 'grpc'
require 'json'
require 'google/protobuf/well_known_types'
require 'google/rpc/error_details_pb'
require 'google/rpc/status_pb'

port, stubs = ARGV
$LOAD_PATH.unshift(stubs)
require 'library_services_pb'

def details_of(error)
  status = error.to_rpc_status
  return {} if status.nil?

  raise "#{status} and #{error.code}" if status.code != error.code
  raise "#{status} and #{error.details}" if status.message != error.details

  status.details.to_h do |packed|
    name = packed.type_url.delete_prefix('type.googleapis.com/google.rpc.')
    detail = packed.unpack(Google::Rpc.const_get(name))
    [name, JSON.parse(detail.class.encode_json(detail))]
  end
end

stub = Acme::Library::V1::Library::Stub.new(
  "127.0.0.1:#{port}", :this_channel_is_insecure)
JSON.parse($stdin.read).each do |title, days|
  request = Acme::Library::V1::BorrowBookRequest.new(title: title, days: days)
  begin
    stub.borrow_book(
      request, deadline: Time.now + 20, metadata: { 'x-request-id' => "id-of-#{title}" })
    told = ['OK', '', {}]
  rescue GRPC::BadStatus => e
    name = GRPC::Core::StatusCodes.constants.find do |each|
      GRPC::Core::StatusCodes.const_get(each) == e.code
    end
    told = [name, e.details, details_of(e)]
  end
  puts JSON.generate(told)
end
