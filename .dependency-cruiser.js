/** Who may import whom (docs/architecture.md). Checked by `npm run boundaries`. */
const features = 'auth|account|payments|storage|email|rendering';

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'config-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/config/' },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/(platform|config)/' },
    },
    {
      name: 'features-meet-through-their-index',
      severity: 'error',
      from: { path: `^src/(${features})/` },
      to: { path: `^src/(${features})/`, pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'monitoring-and-sandbox-hang-on-ports',
      severity: 'error',
      from: { pathNot: '^src/(app\\.module|sandbox/|admin-monitoring/)|^(test|bench)/' },
      to: { path: '^src/(admin-monitoring|sandbox)/' },
    },
    {
      name: 'admin-monitoring-sees-features-through-their-index',
      severity: 'error',
      from: { path: '^src/admin-monitoring/' },
      to: { path: '^src/', pathNot: ['^src/(admin-monitoring|platform|config)/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'sandbox-stands-alone',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: ['^src/(sandbox|config)/', '^src/platform/', '^src/auth/index\\.ts$'] },
    },
    {
      name: 'vendor-sdks-only-in-drivers',
      severity: 'error',
      from: { path: '^src/', pathNot: '/drivers/|\\.spec\\.ts$' },
      to: { path: 'node_modules/(stripe|@google-cloud|@sendgrid)/' },
    },
    {
      name: 'cockatiel-only-in-resilience',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/resilience/' },
      to: { path: 'node_modules/cockatiel/' },
    },
    {
      // So that a policy, or a test of it, loads without the framework and the drivers; their modules put them together.
      name: 'policies-know-no-framework',
      severity: 'error',
      from: {
        path: '^src/platform/resilience/',
        pathNot: '(\\.module|\\.entity|\\.spec|/index|/order-store|/inject-policy|/with-error-recovery)\\.ts$',
      },
      to: {
        path: 'node_modules/(@nestjs|typeorm)/|^src/config/index\\.ts$|^src/platform/(time|logging|database)/index\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pg-boss-only-in-jobs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/jobs/' },
      to: { path: 'node_modules/pg-boss/' },
    },
    {
      name: 'visuals-are-pure',
      severity: 'error',
      from: { path: '^src/rendering/visuals/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/rendering/visuals/', 'node_modules/fft\\.js'] },
    },
    {
      name: 'pages-share-with-src-only-the-visuals',
      severity: 'error',
      from: { path: '^web/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(src|test|bench|demo|migrations)/', pathNot: '^src/rendering/visuals/' },
    },
    {
      name: 'pages-know-only-what-they-share',
      severity: 'error',
      from: { path: '^web/([^/]+)/' },
      to: { path: '^web/', pathNot: ['^web/$1/', '^web/(shared|generated)/'] },
    },
    {
      name: 'pages-run-in-a-browser',
      severity: 'error',
      from: { path: '^web/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'src-never-imports-web', severity: 'error', from: { path: '^src/' }, to: { path: '^web/' } },
    { name: 'src-never-imports-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    { name: 'resolvable', severity: 'error', from: { pathNot: '\\.spec\\.ts$' }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
