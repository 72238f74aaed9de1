/** Yes and no in ifcfg files, as network-scripts and NetworkManager take them; null where the value is neither. */
export function yesOrNo(value: string | undefined): boolean | null {
  if (/^(yes|true|t|y|1|on)$/i.test(value ?? '')) return true;
  return /^(no|false|f|n|0|off)$/i.test(value ?? '') ? false : null;
}
