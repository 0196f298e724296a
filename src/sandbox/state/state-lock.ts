import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';

/** The state directory belongs to another running sandbox. */
export class StateInUseError extends Error {
  override readonly name = 'StateInUseError';

  constructor(stateDir: string) {
    super(`Another sandbox is running on the state in ${stateDir}`);
  }
}

/**
 * Keeps a second sandbox away from a state directory: two would overwrite each other's journals. The lock is a name in the
 * kernel (an abstract socket, a Windows pipe), so that it ends with its process, however that ends. Other systems have no
 * such name, and no lock.
 * @returns what releases it. @throws StateInUseError
 */
export async function lockState(stateDir: string): Promise<() => Promise<void>> {
  const name = `oriel-sandbox-${createHash('sha256').update(realpathSync(stateDir)).digest('hex').slice(0, 32)}`;
  const path = { linux: `\0${name}`, win32: `\\\\.\\pipe\\${name}` }[process.platform as 'linux' | 'win32'];
  if (path === undefined) return async () => {};
  const server = createServer((connection) => connection.destroy());
  try {
    server.listen({ path });
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new StateInUseError(stateDir);
    throw error;
  }
  server.unref();
  return async () => {
    server.close();
    await once(server, 'close');
  };
}
