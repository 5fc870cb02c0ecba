export interface FirstSettings {
  readonly issuer: string
  readonly port: number
  readonly admin: string
  /** argon2id, in PHC form. */
  readonly passwordHash: string
}

/** The text of the first latchkey.yaml: small enough to be read as a whole. */
export function firstSettings({ issuer, port, admin, passwordHash }: FirstSettings): string {
  return `# yaml-language-server: $schema=latchkey.schema.json
#
# The settings of this issuer. After a change: stop it by Ctrl-C, and latchkey start again.

# Its public address: in the browser, and the "iss" of every token. Names under localhost mean
# this machine. Others, such as https://sso.example.com, need TLS: latchkey start says what is missing.
issuer: ${issuer}
listen:
  host: 127.0.0.1
  port: ${port}

# Services accept tokens. The audience is the public address of the service.
services:
  - audience: http://app.localhost:4001
    name: App
    clients: [app] # who may open its feed: the keys, and what has ended

# Clients send people here to sign in, or ask for tokens of their own. This app does both, and is the service, too.
clients:
  - client_id: app
    client_name: App
    secret_file: secrets/app.secret
    grant_types: [authorization_code, refresh_token, client_credentials]
    redirect_uris: [http://app.localhost:4001/login/callback]
    post_logout_redirect_uris: [http://app.localhost:4001/logout]
    services: [http://app.localhost:4001] # whose tokens it may ask for
    first_party: true # people are not asked whether they trust it
    grants: # what the app itself may call, besides what its people may
      http://app.localhost:4001: [GET /hello]

# Roles say which routes people may call at which service.
roles:
  - name: reader
    description: May read
    grants:
      http://app.localhost:4001: [GET /hello, "GET /hello/:name"]

# People. Others are added by latchkey users add. The role admin comes with the issuer.
users:
  - username: ${JSON.stringify(admin)}
    name: First administrator
    roles: [admin, reader]
    # Of the first password, and used once: take this line out before you share or commit the file.
    password_hash: ${passwordHash}
`
}
