import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import type { AppConfig } from '../config/index.js';
import { sandboxOptions } from './config-options.js';
import { FAULT_AUDIT, type FaultAudit } from './faults/fault-audit.port.js';
import { FaultsController } from './faults/faults.controller.js';
import { type Sandbox, startSandbox } from './start-sandbox.js';

const RUNNING_SANDBOX = Symbol('RunningSandbox');

/** Closes the doubles once nothing calls them any more. */
@Injectable()
class SandboxLifetime implements OnApplicationShutdown {
  constructor(@Inject(RUNNING_SANDBOX) private readonly sandbox: Sandbox | null) {}

  async onApplicationShutdown(): Promise<void> {
    await this.sandbox?.close();
  }
}

/** Who keeps what administrators do, and the module that exports it. */
interface AuditSource {
  readonly module: Type;
  readonly trail: Type<FaultAudit>;
}

/**
 * Runs the doubles inside the application, unless another process of the same state directory already does, and offers
 * the admin control of their faults. They are started as a provider, hence before any module is initialised.
 */
@Module({})
export class SandboxModule {
  /** @throws Error for a configuration without a sandbox. */
  static register(config: AppConfig, audit: AuditSource): DynamicModule {
    const { sandbox } = config;
    if (sandbox === null) throw new Error('The configuration has no sandbox');
    return {
      module: SandboxModule,
      imports: [AuthModule, audit.module],
      controllers: [FaultsController],
      providers: [
        {
          provide: RUNNING_SANDBOX,
          useFactory: async (): Promise<Sandbox | null> =>
            sandbox.start ? await startSandbox(sandboxOptions(config, sandbox)) : null,
        },
        SandboxLifetime,
        { provide: FAULT_AUDIT, useExisting: audit.trail },
      ],
    };
  }
}
