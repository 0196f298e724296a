export { CLOCK, SystemClock, type Clock } from './clock.js';
export { newId } from './ids.js';
export { TimeModule } from './time.module.js';
