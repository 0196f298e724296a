import type { OutgoingHttpHeaders } from 'node:http';
import type { HelmetOptions } from 'helmet';
import type { AppConfig } from './config/index.js';
import { securityHeaders } from './platform/http/index.js';

type Policy = Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined>;

interface PageOptions {
  /** For a page of somebody else's making that cannot do without. */
  readonly inlineStyles?: boolean;
}

/**
 * On every response. It is data and no page: nothing may be loaded from it, nobody may frame it or guess its type; what else helmet
 * sets concerns documents, and is felt at every request (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html).
 */
export function everyResponse(config: AppConfig): Readonly<OutgoingHttpHeaders> {
  return securityHeaders({
    strictTransportSecurity: isEncrypted(config),
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
}

/** On a page, in place of those. */
export function everyPage(config: AppConfig, options: PageOptions = {}): Readonly<OutgoingHttpHeaders> {
  return securityHeaders({
    strictTransportSecurity: isEncrypted(config),
    contentSecurityPolicy: contentSecurityPolicy(config, options),
    xFrameOptions: { action: 'deny' },
  });
}

/** Plain HTTP stays possible where nobody terminates TLS. */
function isEncrypted({ environment }: AppConfig): boolean {
  return environment === 'production';
}

/**
 * What a page of ours may load: its own files and nothing else, but for the customer's video and its thumbnail, which are shown from
 * where they are stored. No inline script or style.
 */
function contentSecurityPolicy(config: AppConfig, { inlineStyles = false }: PageOptions): Policy {
  const storage = new URL(config.gcs.apiEndpoint ?? GOOGLE_CLOUD_STORAGE).origin;
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
      scriptSrc: ["'self'"],
      scriptSrcAttr: ["'none'"],
      styleSrc: inlineStyles ? ["'self'", "'unsafe-inline'"] : ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:', storage],
      mediaSrc: ["'self'", 'blob:', storage],
      ...(isEncrypted(config) ? { upgradeInsecureRequests: [] } : {}),
    },
  };
}

/** Signed links lead there. */
const GOOGLE_CLOUD_STORAGE = 'https://storage.googleapis.com';
