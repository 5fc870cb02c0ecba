-- A refresh family is a text among its session's: its name, then an array that is packed apart from the session's, so that
-- of many families one is unpacked. SCHEMA.md. Its client is a place in the session's list of clients.
local NAME_LENGTH = 8

local function read_family(session, place)
  local text = session.families[place]
  local f = {place = place, name = string.sub(text, 1, NAME_LENGTH)}
  f.client_place, f.generation, f.rotated, f.idle, f.absolute, f.epoch, f.offset, f.auth_time, f.facts, f.key, f.asked =
    unpack(cmsgpack.unpack(string.sub(text, NAME_LENGTH + 1)))
  f.client = session.clients[f.client_place][1]
  return f
end

local function keep_family(session, f)
  session.families[f.place] = f.name .. cmsgpack.pack({f.client_place, f.generation, f.rotated, f.idle, f.absolute,
    f.epoch, f.offset, f.auth_time, f.facts, f.key, f.asked})
  -- Refreshing is using: a session stays as long as one of its families may be redeemed.
  session.idle = math.max(session.idle, math.min(f.idle, session.absolute))
end

local function living_family(session, cuts_key, name, now)
  for place, text in ipairs(session.families) do
    if string.sub(text, 1, NAME_LENGTH) == name then
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
