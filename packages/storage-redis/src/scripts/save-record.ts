import { generationOf } from './generation-of.js';

/**
 * KEYS: record, lock. ARGV: the new text, expected generation or '', owner or '', milliseconds to keep it or '',
 * channel, message.
 *
 * Compares the text first: a save whose answer was lost has succeeded, and is written again so that `WAIT` counts it.
 * Then the owner with the lock, unless the save is not under our lease. Then the generation, unless any will do.
 */
export const saveRecord = `${generationOf}
local function write()
  if ARGV[4] == '' then redis.call('SET', KEYS[1], ARGV[1])
  else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4]) end
end
local stored = redis.pcall('GET', KEYS[1])
if stored == ARGV[1] then write() return {'saved'} end
if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[3] then return {'lost'} end
if ARGV[2] ~= '' then
  local found = generation_of(stored)
  if not found then return {'corrupt'} end
  if found ~= tonumber(ARGV[2]) then return {'conflict', string.format('%.0f', found)} end
end
write()
redis.pcall('PUBLISH', ARGV[5], ARGV[6])
return {'saved'}
`;
