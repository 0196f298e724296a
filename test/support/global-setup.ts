import { registerHooks } from 'node:module';

/** Starts the PostgreSQL of the suites. Jest loads this file by itself only, so what it needs is resolved here. */
export default async function globalSetup(): Promise<void> {
  resolveTypeScript();
  const { startTestServer } = await import('./test-server.js');
  await startTestServer();
}

/** Lets Node find `x.ts` where `x.js` is imported, as the compiler does; it strips the types itself. */
function resolveTypeScript(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!specifier.startsWith('.') || !specifier.endsWith('.js')) throw error;
        return next(specifier.replace(/\.js$/, '.ts'), context);
      }
    },
  });
}
