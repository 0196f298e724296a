import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { applicationName, DatabaseModule, NotificationListener } from '../../../src/platform/database/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import { PerformanceLog } from '../../../src/platform/logging/index.js';
import {
  CircuitOrders,
  CircuitOrdersModule,
  type CircuitState,
  PolicyRegistry,
  ResilienceModule,
} from '../../../src/platform/resilience/index.js';
import { CLOCK, TimeModule } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';

/** A feature that uses a dependency as soon as it can: it notes what its circuit said. */
@Injectable()
class EarlyCaller implements OnModuleInit {
  found: CircuitState | null = null;

  constructor(private readonly registry: PolicyRegistry) {}

  onModuleInit(): void {
    this.found = this.registry.get('stripe').state;
  }
}

@Global()
@Module({
  providers: [PerformanceLog, { provide: RequestContext, useFactory: () => RequestContext.standalone() }, EarlyCaller],
  exports: [PerformanceLog, RequestContext],
})
class SurroundingsModule {}

/** One process of the fleet: database, policies and orders are real, its clock is the test's. */
export interface OrdersApp {
  readonly app: TestingModule;
  readonly orders: CircuitOrders;
  readonly clock: ManualClock;
  /** Name of its listening connection. */
  readonly listenerName: string;
  /** State of Stripe's circuit when the modules came up. */
  readonly stateAtInit: CircuitState | null;
  state(service?: 'stripe' | 'gcs'): CircuitState;
  states(): readonly CircuitState[];
  close(): Promise<void>;
}

export interface OrdersAppOptions {
  readonly instanceId: string;
  readonly clock?: ManualClock;
  /** Another address for the connection that listens. */
  readonly listenerUrl?: string;
  /** Gets the warnings of all instances that run at the time: Nest has one logger for the whole process. */
  readonly onWarning: (line: unknown) => void;
}

export async function startOrdersApp(url: string, options: OrdersAppOptions): Promise<OrdersApp> {
  const { instanceId, clock = new ManualClock(), listenerUrl = url, onWarning } = options;
  const config = testConfig({ instanceId, database: { url, poolSize: 2, connectTimeoutMs: 2_000 } });
  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.register(config),
      TimeModule,
      SurroundingsModule,
      ResilienceModule,
      DatabaseModule,
      CircuitOrdersModule,
    ],
  })
    .overrideProvider(CLOCK)
    .useValue(clock)
    .overrideProvider(NotificationListener)
    .useFactory({ factory: () => new NotificationListener(listenerUrl, config) })
    .setLogger({ log: () => undefined, error: () => undefined, warn: onWarning })
    .compile();
  await app.init();
  const registry = app.get(PolicyRegistry);
  return {
    app,
    orders: app.get(CircuitOrders),
    clock,
    listenerName: applicationName(config, 'notifications'),
    stateAtInit: app.get(EarlyCaller).found,
    state: (service = 'stripe') => registry.get(service).state,
    states: () => registry.all().map(({ state }) => state),
    close: async () => await app.close(),
  };
}
