import { Injectable } from '@nestjs/common';
import { SERVICE_NAMES, type ServiceName } from '../../config/index.js';
import { type CircuitReport, mergedReport } from './circuit-report.js';
import type { FleetInstance } from './entities/fleet-instance.entity.js';
import { FleetRegister } from './fleet-register.js';

/** One service as each instance sees it. */
export interface ServiceOnInstance {
  readonly instance: FleetInstance;
  readonly report: CircuitReport;
}

/** One service, on all instances together and on each. */
export interface FleetService {
  readonly service: ServiceName;
  readonly merged: CircuitReport;
  readonly instances: readonly ServiceOnInstance[];
}

export interface FleetView {
  readonly instances: readonly FleetInstance[];
  readonly services: readonly FleetService[];
}

/** The circuits of all instances. */
@Injectable()
export class FleetHealth {
  constructor(private readonly register: FleetRegister) {}

  /** @throws ApiError `DATABASE_*` */
  async view(): Promise<FleetView> {
    const instances = await this.register.present();
    const services = SERVICE_NAMES.map((service) => {
      const onInstances = instances.flatMap((instance) =>
        // An older version may not know this service.
        instance.circuits.filter((report) => report.service === service).map((report) => ({ instance, report })),
      );
      const merged = mergedReport(
        service,
        onInstances.map(({ report }) => report),
      );
      return { service, merged, instances: onInstances };
    });
    return { instances, services };
  }
}
