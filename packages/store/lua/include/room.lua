-- The family that was rotated longest ago makes room for a new one: of the client's own, or else of all.
local function make_room(session, client, most, most_of_client)
  local families = session.families
  if #families < most_of_client then return end
  local own, oldest, oldest_own = 0, nil, nil
  for place in ipairs(families) do
    local family = read_family(session, place)
    if not oldest or family.rotated < oldest.rotated then oldest = family end
    if family.client == client then
      own = own + 1
      if not oldest_own or family.rotated < oldest_own.rotated then oldest_own = family end
    end
  end
  if own >= most_of_client then
    table.remove(families, oldest_own.place)
  elseif #families >= most then
    table.remove(families, oldest.place)
  end
end
