-- A refresh family is an array among its session's, SCHEMA.md. Its client is a place in the session's list of clients.
local function read_family(session, place)
  local f = {place = place}
  local client
  f.name, client, f.generation, f.rotated, f.idle, f.absolute, f.epoch, f.offset, f.auth_time, f.facts, f.key, f.asked =
    unpack(session.families[place])
  f.client_place, f.client = client, session.clients[client][1]
  return f
end

local function keep_family(session, f)
  session.families[f.place] = {f.name, f.client_place, f.generation, f.rotated, f.idle, f.absolute, f.epoch, f.offset,
    f.auth_time, f.facts, f.key, f.asked}
  -- Refreshing is using: a session stays as long as one of its families may be redeemed.
  session.idle = math.max(session.idle, math.min(f.idle, session.absolute))
end

local function living_family(session, cuts_key, name, now)
  for place, kept in ipairs(session.families) do
    if kept[1] == name then
      local f = read_family(session, place)
      if now >= f.idle or now >= f.absolute then return nil end
      if is_cut(f, redis.call('HGET', cuts_key, 'client:' .. f.client)) then return nil end
      return f
    end
  end
end

-- For src/redis/packed-family.ts.
local function family_reply(f)
  return {f.client, f.generation, f.rotated, f.idle, f.absolute, f.auth_time, f.facts, f.key, f.asked}
end
