-- The clients of a session, each with what /userinfo gives it: a JSON list as text, '' for nothing.

-- Notes a client, or other claims for it; returns its place in the list.
local function note_client(session, client, names)
  local clients = session.clients
  local place = 1
  while clients[place] and clients[place][1] ~= client do place = place + 1 end
  clients[place] = {client, names}
  return place
end

-- Whom the end of the session concerns, for add_deliveries.
local function ended_session(sid, session)
  local ids = {}
  for place, client in ipairs(session.clients) do ids[place] = client[1] end
  return {sid = sid, sub = session.sub, clients = ids}
end
