import { generationOf } from './generation-of.js';

/**
 * KEYS: record, lock. ARGV: expected generation or '', owner or '', channel, message.
 *
 * What is not there is deleted already. Else compares the owner with the lock, unless the deletion is not under our
 * lease, and the generation, unless any will do.
 */
export const deleteRecord = `${generationOf}
local stored = redis.pcall('GET', KEYS[1])
if not stored then return {'deleted'} end
if ARGV[2] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[2] then return {'lost'} end
if ARGV[1] ~= '' then
  local found = generation_of(stored)
  if not found then return {'corrupt'} end
  if found ~= tonumber(ARGV[1]) then return {'conflict', string.format('%.0f', found)} end
end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return {'deleted'}
`;
