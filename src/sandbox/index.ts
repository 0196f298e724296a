export type { SandboxOptions } from './sandbox-options.js';
export { SandboxModule } from './sandbox.module.js';
export { sandboxUrls } from './sandbox-urls.js';
export type { Sandbox } from './start-sandbox.js';
