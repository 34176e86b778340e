/** KEYS: record, lock. ARGV: owner, milliseconds. Compares the owner, then lets the lease begin anew. Answers 1 if it did. */
export const renewLease = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])
`;
