import type { Customer } from '../support/customer.js';
import { ApiRate, type RateReport, type Rates } from './api-rate.js';
import type { FaultBed } from './fault-bed.js';
import type { Disturbance } from './fault-cell.js';

/** Assertion 3 of a cell: what becomes of the rate of other routes while customers meet the fault. */
export class RestOfApi {
  private readonly rate: ApiRate;
  private readonly undisturbed: Rates[] = [];
  private readonly disturbed: Rates[] = [];

  constructor(
    private readonly disturbance: Disturbance,
    private readonly bed: FaultBed,
    bystander: Customer,
  ) {
    this.rate = new ApiRate(bed.product.origin, bystander, disturbance.routes);
  }

  /** While all is well, and customers do what they will do under the fault. */
  async measureUndisturbed(): Promise<void> {
    this.undisturbed.push(await this.measure(this.disturbance.without ?? this.disturbance.meet));
  }

  /** While the fault is in force. What seems too low is measured twice, lest the machine had something else to do just then. */
  async measureDisturbed(): Promise<void> {
    this.disturbed.push(await this.measure(this.disturbance.meet));
    if (this.rate.report(this.disturbed, this.undisturbed).shortfall === null) return;
    this.disturbed.push(await this.measure(this.disturbance.meet));
  }

  /**
   * After all has healed. Where the rate seems too low it is held against a second measurement of the undisturbed one, lest the
   * machine was only busier than before. Null when it was never measured under the fault.
   */
  async report(): Promise<RateReport | null> {
    if (this.disturbed.length === 0) return null;
    const report = this.rate.report(this.disturbed, this.undisturbed);
    if (report.shortfall === null) return report;
    await this.measureUndisturbed();
    return this.rate.report(this.disturbed, this.undisturbed);
  }

  close(): void {
    this.rate.close();
  }

  private async measure(beside: () => Promise<void>): Promise<Rates> {
    const windows = async (): Promise<Rates> => await this.rate.measure(beside);
    return this.disturbance.suspendWorker === true ? await this.bed.worker.whileSuspended(windows) : await windows();
  }
}
