/** gnome-keyring on a bus of its own, for tests: what it keeps is in a folder, and nothing reaches the keychain of who runs them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installFromDebian } from '../debian-package.js';

export interface SecretServiceOptions {
  /** Where it keeps its keys; a folder that is there. */
  readonly folder: string;
  /** Whether it is locked, as after a start of the machine at which nobody logged in. */
  readonly isLocked?: boolean;
  /** What shows the window in which to unlock it: one that is dismissed, or one that waits. */
  readonly prompter?: '/bin/false' | '/bin/sleep 60';
}

export class SecretService implements AsyncDisposable {
  /** Reaches its bus, as `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string;
  readonly #bus: ChildProcess;
  readonly #daemon: number;

  private constructor(bus: ChildProcess, address: string, daemon: number) {
    this.#bus = bus;
    this.address = address;
    this.#daemon = daemon;
  }

  /** Installs gnome-keyring where there is none, and root runs this on Debian. */
  static async start({
    folder,
    isLocked = false,
    prompter = '/bin/false',
  }: SecretServiceOptions): Promise<SecretService> {
    if (!isInstalled()) installFromDebian('gnome-keyring', 'gnome-keyring', 'dbus');
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_RUNTIME_DIR: folder,
    };
    const services = join(env.XDG_DATA_HOME, 'dbus-1/services');
    mkdirSync(services, { recursive: true });
    const service = `[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=${prompter}\n`;
    writeFileSync(join(services, 'org.gnome.keyring.SystemPrompter.service'), service);
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [address] = (await once(createInterface(bus.stdout), 'line')) as [string];
    const onBus = { env: { ...env, DBUS_SESSION_BUS_ADDRESS: address }, timeout: 20_000 };
    if (!isLocked) {
      const options = ['--daemonize', '--components=secrets', '--unlock'];
      execFileSync('gnome-keyring-daemon', options, {
        ...onBus,
        input: 'password',
        stdio: ['pipe', 'ignore', 'ignore'],
      });
    }
    const call = (...args: string[]): string =>
      execFileSync('dbus-send', ['--print-reply=literal', ...args], { ...onBus, encoding: 'utf8' });
    call('--dest=org.freedesktop.secrets', '/', 'org.freedesktop.DBus.Peer.Ping'); // waits for it; starts it where it is locked
    const question = 'org.freedesktop.DBus.GetConnectionUnixProcessID';
    const pid = call('--dest=org.freedesktop.DBus', '/', question, 'string:org.freedesktop.secrets');
    return new SecretService(bus, address, Number(pid.replace('uint32', '')));
  }

  /** Hangs from now on. */
  freeze(): void {
    process.kill(this.#daemon, 'SIGSTOP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(this.#daemon, 'SIGKILL');
    const ended = once(this.#bus, 'exit');
    this.#bus.kill('SIGKILL');
    this.#bus.stdout?.destroy(); // what it has started holds the other end
    await ended;
  }
}

function isInstalled(): boolean {
  return ['gnome-keyring-daemon', 'dbus-daemon', 'dbus-send'].every((name) => !spawnSync(name, ['--version']).error);
}
