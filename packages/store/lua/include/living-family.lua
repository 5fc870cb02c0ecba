-- A refresh family is one field of its session: numbers, then facts, SCHEMA.md. Only the numbers ever change.
local function living_family(session_key, cuts_key, name, now)
  local text = redis.call('HGET', session_key, 'f:' .. name)
  if not text then return nil end
  local family = {}
  local generation, rotated, idle, absolute, epoch, offset, facts =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)\n(.*)$')
  family.generation, family.rotated = tonumber(generation), tonumber(rotated)
  family.idle, family.absolute = tonumber(idle), tonumber(absolute)
  family.epoch, family.offset = tonumber(epoch), tonumber(offset)
  family.facts = facts
  family.client = cjson.decode(facts)[1]
  if now >= family.idle or now >= family.absolute then return nil end
  if is_cut(family, redis.call('HGET', cuts_key, 'client:' .. family.client)) then return nil end
  return family
end

local function family_text(family)
  local numbers = string.format('%.0f %.0f %.0f %.0f %.0f %.0f', family.generation, family.rotated,
    family.idle, family.absolute, family.epoch, family.offset)
  return numbers .. '\n' .. family.facts
end

-- Refreshing is using: a session stays as long as one of its families may be redeemed.
local function slide_session(session, family)
  session.idle = math.max(session.idle, math.min(family.idle, session.absolute))
end

local function note_client(session, client)
  local clients = cjson.decode(session.clients)
  for _, known in ipairs(clients) do
    if known == client then return end
  end
  clients[#clients + 1] = client
  session.clients = cjson.encode(clients)
end
