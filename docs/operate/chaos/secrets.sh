#!/bin/sh
# Makes what issuer.yaml and cluster.yaml name: run it once, in this folder.
set -eu
umask 077
mkdir -p secrets data/redis
openssl rand -base64 32 > secrets/master
for name in orders reports chaos operator person-1 person-2 person-3; do
  openssl rand -hex 32 > "secrets/$name"
done
