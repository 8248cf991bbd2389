/** TypeScript without its types, line by line as it was, for a Node that cannot do that itself. A bundle of its own: hardly anybody needs it. */

import { transform } from 'sucrase';

export const stripTypes = (code: string, filePath: string): string =>
  transform(code, { transforms: ['typescript'], disableESTransforms: true, filePath }).code;
