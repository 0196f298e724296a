import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Ports a process without configuration uses; remembered so that links handed out survive a restart. */
export interface LocalPorts {
  readonly http: number;
  readonly sandbox: number;
}

const PREFERRED: LocalPorts = { http: 3000, sandbox: 3001 };

/** Whether the sandbox of the same state directory answers at `origin`. */
export async function isOwnSandboxAt(origin: string, stateDir: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/sandbox/health`, { signal: AbortSignal.timeout(1_000) });
    const body: unknown = await response.json();
    return (
      typeof body === 'object' && body !== null && 'state_dir' in body && body.state_dir === join(stateDir, 'sandbox')
    );
  } catch {
    // Nothing listens there, or something that is not ours: both mean "no".
    return false;
  }
}

/** Ports used last time by this state directory, or the preferred ones. */
export function rememberedPorts(stateDir: string): LocalPorts {
  try {
    return { ...PREFERRED, ...(JSON.parse(readFileSync(join(stateDir, 'ports.json'), 'utf8')) as Partial<LocalPorts>) };
  } catch {
    // Absent at the first boot; a damaged file only costs the memory of a port.
    return PREFERRED;
  }
}

export function rememberPorts(stateDir: string, ports: LocalPorts): void {
  mkdirSync(stateDir, { recursive: true });
  const path = join(stateDir, 'ports.json');
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(ports));
  renameSync(`${path}.${process.pid}`, path);
}

/** `preferred` if it can be listened on and is not in `taken`, else any free port. */
export async function freePort(host: string, preferred: number, taken: readonly number[] = []): Promise<number> {
  if (!taken.includes(preferred)) {
    const port = await tryPort(host, preferred);
    if (port !== null) return port;
  }
  const port = await tryPort(host, 0);
  if (port === null) throw new Error(`No free TCP port on ${host}`);
  return port;
}

async function tryPort(host: string, port: number): Promise<number | null> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => {
      resolve(null);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : null);
      });
    });
  });
}
