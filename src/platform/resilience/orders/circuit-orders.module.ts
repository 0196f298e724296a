import { Global, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule, NotificationListener } from '../../database/index.js';
import { CLOCK, type Clock } from '../../time/index.js';
import { PolicyRegistry } from '../policy-registry.js';
import { ResilienceModule } from '../resilience.module.js';
import { CircuitOrderRow } from './circuit-order.entity.js';
import { CircuitOrders } from './circuit-orders.js';
import { OrderStore } from './order-store.js';

/** Operators' orders, everywhere. They are carried out before any module's `onModuleInit`, so before anybody calls anything. */
@Global()
@Module({
  imports: [DatabaseModule, ResilienceModule, TypeOrmModule.forFeature([CircuitOrderRow])],
  providers: [
    OrderStore,
    {
      provide: CircuitOrders,
      inject: [OrderStore, NotificationListener, PolicyRegistry, CLOCK],
      useFactory: async (
        store: OrderStore,
        listener: NotificationListener,
        registry: PolicyRegistry,
        clock: Clock,
      ): Promise<CircuitOrders> => {
        const orders = new CircuitOrders({ store, listener, registry, clock, logger: new Logger(CircuitOrders.name) });
        await orders.start();
        return orders;
      },
    },
  ],
  exports: [CircuitOrders],
})
export class CircuitOrdersModule {}
