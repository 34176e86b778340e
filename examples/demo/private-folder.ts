import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that only this user can enter (mkdtemp makes it 0700), and that goes with all that is in it. */
export class PrivateFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'latchkey-demo-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
