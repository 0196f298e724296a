export { FAULT_KINDS, type Fault, type FaultKind, SANDBOX_SERVICES, type SandboxService } from './faults/fault.js';
export type { FaultView } from './faults/fault-table.js';
export type { SandboxOptions } from './sandbox-options.js';
export { SandboxModule } from './sandbox.module.js';
export { sandboxUrls, type SandboxUrls } from './sandbox-urls.js';
export { startSandbox, type Sandbox } from './start-sandbox.js';
