// A module of its own, so that the bundle loads undici only when something is downloaded.
export { EnvHttpProxyAgent, interceptors, request } from 'undici';
