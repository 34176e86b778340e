/**
 * KEYS: record, lock. ARGV: owner, milliseconds. Answers -1 and what is stored when the lease is ours, else how long
 * the other one runs.
 *
 * Sets the lock if there is none. A lock of the same owner is ours too: the answer to the first try was lost. Before that,
 * whatever is needed later, to go on holding the lock and to release it, is done to a lock of a millisecond, so that a
 * user or a server without that command is found out while nothing has been sent. It begins with SET: a Redis that is full
 * lets a script go on that has written. The record is named so that a user who may not write it is refused now, too; whoever
 * takes the lock looks at it next, and need not ask again. A value of another type answers as a table, which is no text.
 *
 * An owner ends with the milliseconds of its lease. A lock that runs for longer, or for ever, outlived its holder by a clock of
 * Redis that was set back, or was copied without its end: its lease begins anew, which is enough for a holder that lives.
 */
export const takeLease = `
local holder = redis.call('GET', KEYS[2])
if not holder then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', 1)
  redis.call('PTTL', KEYS[2])
  redis.call('PEXPIRE', KEYS[2], 1)
  redis.call('DEL', KEYS[2])
end
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  local stored = redis.pcall('GET', KEYS[1])
  if type(stored) == 'table' then return {-1} end
  return {-1, stored}
end
local left = redis.call('PTTL', KEYS[2])
local lease = tonumber(string.match(holder, '%.(%d+)$'))
if lease and (left > lease or left == -1) then
  redis.call('PEXPIRE', KEYS[2], lease)
  left = lease
end
return {math.max(left, 0)}
`;
