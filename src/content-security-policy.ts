import type { HelmetOptions } from 'helmet';
import type { AppConfig } from './config/index.js';

type Policy = Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined>;

/**
 * What a page of ours may load: its own files and nothing else, but for the customer's video and its
 * thumbnail, which are shown from where they are stored.
 * No inline script or style; plain HTTP stays possible where nobody terminates TLS.
 *
 * @param inlineStyles - for a page of somebody else's making that cannot do without.
 */
export function contentSecurityPolicy(
  { environment, gcs }: AppConfig,
  { inlineStyles = false }: { readonly inlineStyles?: boolean } = {},
): Policy {
  const storage = new URL(gcs.apiEndpoint ?? GOOGLE_CLOUD_STORAGE).origin;
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
      ...(environment === 'production' ? { upgradeInsecureRequests: [] } : {}),
    },
  };
}

/** Signed links lead there. */
const GOOGLE_CLOUD_STORAGE = 'https://storage.googleapis.com';
