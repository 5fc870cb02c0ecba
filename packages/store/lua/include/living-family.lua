-- A refresh family is one field of its session: four lines, SCHEMA.md. Only the numbers ever change.
local function living_family(session_key, cuts_key, name, now)
  local text = redis.call('HGET', session_key, 'f:' .. name)
  if not text then return nil end
  local family = {}
  local generation, rotated, idle, absolute, epoch, offset
  generation, rotated, idle, absolute, epoch, offset, family.facts, family.key, family.asked =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)\n(.-)\n(.-)\n(.*)$')
  family.generation, family.rotated = tonumber(generation), tonumber(rotated)
  family.idle, family.absolute = tonumber(idle), tonumber(absolute)
  family.epoch, family.offset = tonumber(epoch), tonumber(offset)
  family.client = cjson.decode(family.facts)[1]
  if now >= family.idle or now >= family.absolute then return nil end
  if is_cut(family, redis.call('HGET', cuts_key, 'client:' .. family.client)) then return nil end
  return family
end

local function family_text(family)
  local numbers = string.format('%.0f %.0f %.0f %.0f %.0f %.0f', family.generation, family.rotated,
    family.idle, family.absolute, family.epoch, family.offset)
  return table.concat({numbers, family.facts, family.key, family.asked}, '\n')
end

-- Refreshing is using: a session stays as long as one of its families may be redeemed.
local function slide_session(session, family)
  session.idle = math.max(session.idle, math.min(family.idle, session.absolute))
end

-- `names`: a JSON list of claims for /userinfo, kept as text.
local function note_client(session, client, names)
  local claims = session.userinfo == '' and {} or cjson.decode(session.userinfo)
  claims[client] = names ~= '[]' and names or nil
  session.userinfo = next(claims) and cjson.encode(claims) or ''
  local clients = cjson.decode(session.clients)
  for _, known in ipairs(clients) do
    if known == client then return end
  end
  clients[#clients + 1] = client
  session.clients = cjson.encode(clients)
end
