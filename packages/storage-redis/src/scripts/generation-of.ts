/**
 * Lua: the generation of a stored record, 0 for none or a record without one, `nil` for what is no record.
 * It stands beside `value` where this package wrote it, and inside where a plain Keyv did.
 */
export const generationOf = `
local function generation_of(stored)
  if not stored then return 0 end
  local readable, envelope = pcall(cjson.decode, stored)
  if not readable or type(envelope) ~= 'table' or envelope.value == nil then return nil end
  if type(envelope.generation) == 'number' then return envelope.generation end
  local record = envelope.value
  if type(record) == 'string' then readable, record = pcall(cjson.decode, record) end
  if not readable or type(record) ~= 'table' then return nil end
  local stamp = record.latchkey
  if type(stamp) ~= 'table' or type(stamp.generation) ~= 'number' then return 0 end
  return stamp.generation
end
`;
