import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { redisFault } from '../dist/redis-fault.js';
import { needed, RedisServer } from './redis-server.js';
import { errorOf, key, overwriting, someTokens, waiting } from './some.js';

const prefix = 'latchkey';
let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

/** What taking the lock fails with, which is before anything is redeemed. */
async function refusal(storage: RedisTokenStorage) {
  let ran = false;
  const error = await errorOf(storage.withLock(key, async () => (ran = true), waiting(2)));
  expect(ran).toBe(false);
  return error;
}

describe('A user who may not do what is needed later', () => {
  test.each(['eval', 'get', 'set', 'del', 'pexpire', 'pttl'])('as %s gets no lock, and is told so', async (command) => {
    const rules = needed.split(' ').filter((rule) => rule !== `+${command}`);
    await server.send('ACL', 'SETUSER', command, 'reset', 'on', '>password', ...rules);
    await using storage = new RedisTokenStorage({
      url: `redis://${command}:password@127.0.0.1:${server.port}`,
      prefix,
    });
    expect(await refusal(storage)).toMatchObject({ retryable: false, cause: { code: 'NOPERM' } });
    expect(await server.send('EXISTS', `latchkey:lock:{latchkey::${key}}`)).toBe(0);
  });

  test.each([
    ['+select', { database: 1 }],
    ['+client|setname', { name: 'app' }],
  ])('as an option needs is told of %s', async (rule, option) => {
    await server.send('ACL', 'SETUSER', 'asking', 'reset', 'on', '>password', ...needed.split(' '));
    await using storage = new RedisTokenStorage({
      url: `redis://asking:password@127.0.0.1:${server.port}`,
      prefix,
      ...option,
    });
    expect((await refusal(storage))['remedy']).toContain(rule);
    await server.send('ACL', 'SETUSER', 'asking', rule);
    expect(await storage.load(key)).toBeUndefined();
  });

  test('as publish does, and whoever waits looks by himself', async () => {
    const rules = needed.split(' ').filter((rule) => !/publish|subscribe/.test(rule));
    await server.send('ACL', 'SETUSER', 'quiet', 'reset', 'on', '>password', ...rules);
    await using storage = new RedisTokenStorage({ url: `redis://quiet:password@127.0.0.1:${server.port}`, prefix });
    const turns = [0, 1].map(() => storage.withLock(key, async () => 'in', waiting()));
    expect(await Promise.all(turns)).toEqual(['in', 'in']);
    await storage.save(key, someTokens(1), overwriting);
    await storage.delete(key, overwriting);
  });
});

describe('A server that has not got', () => {
  test.each(['EVAL', 'GET', 'SET', 'DEL', 'PEXPIRE', 'PTTL'])('%s lets nobody have the lock', async (command) => {
    await using renaming = await RedisServer.start({ args: ['--rename-command', command, ''], open: true });
    await using storage = new RedisTokenStorage({ url: renaming.url });
    const error = await refusal(storage);
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false });
    expect(error.message).toContain('does not have a command that is needed');
  });

  test('enough replicas says which of its settings that is', async () => {
    await using lonely = await RedisServer.start({ args: ['--min-replicas-to-write', '1'], open: true });
    await using storage = new RedisTokenStorage({ url: lonely.url });
    expect((await refusal(storage)).message).toContain('too few replicas are in reach (NOREPLICAS)');
  });

  test('the database that was asked for says so', async () => {
    await using storage = new RedisTokenStorage({ url: server.url, database: 99 });
    const error = await refusal(storage);
    expect(error.message).toContain('no database of that number');
    expect(error).toMatchObject({ retryable: false });
  });
});

describe('What Redis answers', () => {
  test.each([
    ['LOADING Redis is loading the dataset in memory', 'is loading its data', true],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL', 'script or function', true],
    ['MISCONF Redis is configured to save RDB snapshots, but is currently', 'cannot save its data to disk', true],
    ['ERR Error running script (call to f_1): @user_script:1: -MISCONF Redis is', 'cannot save its data', true],
    ['DENIED Redis is running in protected mode because', 'protected mode', false],
    ['ERR max number of clients reached', 'as many clients as it takes', true],
    ['ERR AUTH <password> called without any password configured for', 'refused the user or password', false],
    ["ERR unknown command 'EVAL', with args beginning with: 'secret-at'", 'that is needed: EVAL (ERR)', false],
    ["ERR unsupported command 'eval' secret-at", 'does not have a command', false],
    ["ERR Error running script: The user executing the script can't access at least one of the keys", 'the ACL', false],
    ['ERR secret-at', 'refused a command (ERR)', true],
  ])('as %s is told in words, without what was sent', async (reply, words, retryable) => {
    const client = { sendCommand: () => Promise.reject(new Error(reply)) };
    const error = await refusal(new RedisTokenStorage({ client }));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable });
    expect(error.message).toContain(words);
    expect(String(error.stack)).not.toContain('secret-at');
  });

  test.each([
    "NOPERM User app has no permissions to run the 'wait' command",
    "ERR unknown command 'WAIT', with args beginning with: '1'",
  ])('for want of WAIT names the option by which none is sent: %s', (reply) => {
    const told = redisFault(new Error(reply), 'redis://here');
    expect(told).toMatchObject({ remedy: expect.stringContaining('`replicas: 0`') });
  });

  test('is nothing where the options are at fault, which is told', async () => {
    await using storage = new RedisTokenStorage({ socket: { host: '127.0.0.1', port: 99_999 } });
    expect(await refusal(storage)).toMatchObject({
      message: expect.stringContaining('with these options'),
      retryable: false,
    });
  });
});
