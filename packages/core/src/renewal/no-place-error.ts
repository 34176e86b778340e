import { brand } from '../errors/brand.js';
import { AuthFlowError } from '../errors/index.js';

/**
 * No place is free, and whoever asks can do without: the present token is still good. It is not told. It has a brand, since what
 * renews may be of a copy that was loaded later.
 */
export class NoPlaceError extends AuthFlowError {
  static override readonly [brand]: string = 'NoPlaceError';
}
