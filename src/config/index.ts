export {
  type AlertsConfig,
  APP_CONFIG,
  type AppConfig,
  type AuthConfig,
  type DatabaseConfig,
  type GcsConfig,
  type HttpConfig,
  type LogConfig,
  type LogLevel,
  type ProcessRole,
  type RateLimitSettings,
  type RateLimitsConfig,
  type RenderingConfig,
  type RuntimeEnvironment,
  type SandboxConfig,
  type SandboxedService,
  type SendgridConfig,
  type StorageConfig,
  type StripeConfig,
} from './app-config.js';
export { ConfigModule } from './config.module.js';
export {
  SERVICE_NAMES,
  type PolicySettings,
  type ResilienceSettings,
  type ServiceName,
} from './resilience-settings.js';
