-- A session is one text, SCHEMA.md: numbers, sign-in, facts, clients and their claims,
-- a line each. JSON never holds a raw line feed.
local function read_session(text)
  local session = {text = text}
  local idle, absolute, epoch, offset, rest = string.match(text, '^(%d+) (%d+) (%d+) (%d+)\n(.*)$')
  session.idle, session.absolute = tonumber(idle), tonumber(absolute)
  session.epoch, session.offset = tonumber(epoch), tonumber(offset)
  session.sign_in, session.facts, session.clients, session.userinfo =
    string.match(rest, '^(.-)\n(.-)\n(.-)\n(.*)$')
  session.sub = cjson.decode(session.facts)[1]
  return session
end

local function write_session(key, session, now, linger)
  local numbers = string.format(
    '%.0f %.0f %.0f %.0f', session.idle, session.absolute, session.epoch, session.offset)
  local lines = {numbers, session.sign_in, session.facts, session.clients, session.userinfo}
  redis.call('HSET', key, 's', table.concat(lines, '\n'))
  redis.call('EXPIRE', key, math.max(1, session.idle - now + linger))
end

-- True when what was born at this position is older than the cut `epoch:offset:expiry`.
local function is_cut(born, cut)
  if not cut then return false end
  local epoch, offset = string.match(cut, '^(%d+):(%d+):')
  epoch, offset = tonumber(epoch), tonumber(offset)
  return born.epoch < epoch or (born.epoch == epoch and born.offset < offset)
end

local function session_is_cut(cuts_key, session)
  local cuts = redis.call('HMGET', cuts_key, 'all', 'user:' .. session.sub)
  return is_cut(session, cuts[1]) or is_cut(session, cuts[2])
end

-- Nil when the session is unknown, expired, or cut off by an end of its user or of everybody.
local function living_session(key, cuts_key, now)
  local text = redis.call('HGET', key, 's')
  local session = text and read_session(text)
  if not session or now >= session.idle or now >= session.absolute then return nil end
  if session_is_cut(cuts_key, session) then return nil end
  return session
end
