/** KEYS: record, lock. ARGV: owner, channel. Compares the owner, then removes the lock and wakes who waits for it. */
export const releaseLease = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.pcall('PUBLISH', ARGV[2], 'released')
return 1
`;
