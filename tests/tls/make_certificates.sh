#!/usr/bin/env bash
# Makes certificates for tests, good and bad ones, with the openssl command:
#
#   make_certificates.sh DIRECTORY
set -euo pipefail
mkdir -p "$1"
cd "$1"

# ca NAME: an authority of its own, NAME.crt and NAME.key.
ca() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -subj "/O=Acme/CN=$1" -days 3650 -out "$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
  mkdir -p "$1.db"
  : >"$1.db/index"
  echo 1000 >"$1.db/serial"
}

# sign NAME CA SUBJECT EXTENSIONS [FROM UNTIL]: NAME.crt and NAME.key, signed by
# CA. The times are YYYYMMDDHHMMSSZ.
sign() {
  [[ -e $1.key ]] || openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$3" -out "$1.csr"
  cat >"$1.cnf" <<END
[ca]
default_ca = it
[it]
database = $2.db/index
serial = $2.db/serial
new_certs_dir = $2.db
certificate = $2.crt
private_key = $2.key
default_md = sha256
policy = any
unique_subject = no
x509_extensions = extensions
copy_extensions = none
[any]
organizationName = optional
commonName = optional
[extensions]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
$4
END
  openssl ca -batch -notext -config "$1.cnf" -in "$1.csr" -out "$1.crt" \
    -startdate "${5-20200101000000Z}" -enddate "${6-20991231235959Z}" 2>ca.log ||
    { cat ca.log >&2; exit 1; }
}

server='basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1'
client='basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth'

ca root
ca other

sign server root /CN=localhost "$server"
sign server2 root /O=Second/CN=localhost "$server"
sign soon root /CN=localhost "$server" 20200101000000Z "$(date -u -d '5 days 1 hour' +%Y%m%d%H%M%SZ)"
sign expired root /CN=localhost "$server" 20200101000000Z 20210101000000Z
sign future root /CN=localhost "$server" 20900101000000Z 20910101000000Z
sign not_for_servers root /CN=localhost "$client"
openssl genrsa -out weak.key 1024 2>openssl.log
sign weak root /CN=localhost "$server"

sign client root "/O=Acme/CN=billing" "$client
subjectAltName = DNS:billing.acme.example,URI:spiffe://acme.example/billing,email:billing@acme.example,IP:192.0.2.7,IP:2001:db8::7"
sign client_expired root /CN=late "$client" 20200101000000Z 20210101000000Z
sign client_other other /CN=stranger "$client"

sign old_ca other /CN=old 'basicConstraints = critical,CA:TRUE' 20200101000000Z 20210101000000Z

# A server's certificate by way of an intermediate authority.
sign between root "/O=Acme/CN=between" 'basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign'
mkdir between.db
: >between.db/index
echo 2000 >between.db/serial
sign leaf between "/O=Acme/CN=leaf.acme.example" "basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,DNS:leaf.acme.example,URI:spiffe://acme.example/leaf,email:leaf@acme.example,IP:127.0.0.1"
cat leaf.crt between.crt >chain.crt
cat leaf.crt between.crt root.crt >chain_with_root.crt
cat between.crt leaf.crt >chain_backwards.crt
cat leaf.crt root.crt >chain_with_gap.crt
cat leaf.crt other.crt >chain_of_strangers.crt

openssl pkcs8 -topk8 -in server.key -passout pass:secret -out encrypted.key
openssl ec -in server.key -aes256 -passout pass:secret -out encrypted_old.key 2>openssl.log
openssl x509 -in server.crt -outform der -out server.der

: >empty.pem
echo "not a certificate" >junk.pem
head -c 300 server.crt >truncated.crt
head -c 120 server.key >truncated.key
sed '3s/^..../AAAA/' server.crt >damaged.crt
cat root.crt server.crt >ca_with_server.crt
cat root.crt old_ca.crt >ca_with_old.crt
