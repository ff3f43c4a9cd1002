// Names and passwords that the server accepts (docs/protocol.md, section 3.1).
export const NAME = {
  maxLength: 32,
  pattern: '[a-z0-9\\-]{1,32}',
  autocapitalize: 'off',
} as const;

export const PASSWORD = {
  type: 'password',
  autocomplete: 'new-password',
  minLength: 8,
  maxLength: 256,
} as const;
