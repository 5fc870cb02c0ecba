-- The sessions of a user, oldest first: a line `<sid> <created at>` each. SCHEMA.md.

-- The list from the first session on that may still live.
local function without_old(list, oldest)
  local from = 1
  while from <= #list do
    local created, next_line = string.match(list, '^%S+ (%d+)\n()', from)
    if tonumber(created) >= oldest then break end
    from = next_line
  end
  return string.sub(list, from)
end

local function without_session(list, sid)
  local first = string.find(list, sid .. ' ', 1, true)
  if not first then return list end
  local last = string.find(list, '\n', first, true)
  return string.sub(list, 1, first - 1) .. string.sub(list, last + 1)
end
