import { globToRegExp, isGlob } from '../formats/glob.ts';

/**
 * Which of Debian's packages has which firmware: globs over paths below /usr/lib/firmware, as few as tell the packages apart.
 * Made from the file lists (`Contents-all`) of non-free-firmware, and of the three packages of main, in Debian 13.
 */
const packages: Readonly<Record<string, string>> = {
  'atmel-firmware': 'atm*',
  'bluez-firmware': 'BCM* STL* brcm/BCM4*',
  'firmware-amd-graphics': 'amdgpu/** amdnpu/** r128/** radeon/**',
  'firmware-ast': 'ast_dp501_fw.bin',
  'firmware-ath9k-htc': 'ath9k_htc/**',
  'firmware-atheros': 'ar3k/** ar5523.bin ath10k/** ath11k/** ath12k/** ath3k-1.fw ath6k/** htc* qca/** wil*',
  'firmware-bnx2': 'bnx2/**',
  'firmware-bnx2x': 'bnx2x/**',
  'firmware-brcm80211': 'brcm/bcm* brcm/brc* cypress/**',
  'firmware-carl9170': 'carl9170-1.fw',
  'firmware-cavium': 'cavium/** liquidio/**',
  'firmware-cirrus': 'cirrus/** cs42l43.bin',
  'firmware-intel-graphics':
    'i915/** intel/ipu/** intel/irci_irci_ecr-master_20161208_0213_20170112_1500.bin intel/vsc/** xe/**',
  'firmware-intel-misc': 'e100/** hfi* intel/ice/** intel/ish/** intel/vpu/** qat*',
  'firmware-intel-sound': 'intel/IntcSST2.bin intel/avs/** intel/catpt/** intel/dsp* intel/fw_*',
  'firmware-ipw2x00': 'ipw*',
  'firmware-ivtv': 'v4l-cx2341x* v4l-p*',
  'firmware-iwlwifi': 'intel/ibt* iwl*',
  'firmware-libertas':
    'lbtf_usb.bin lib* libertas/** mrvl/pci* mrvl/sd8* mrvl/sds* mrvl/usb* mwl8k/** sd8* usb8388.bin',
  'firmware-linux-free': 'av7110/** cis/** dsp56k/** isci/** keyspan_pda/** usbd*',
  'firmware-marvell-prestera': 'mrvl/prestera/**',
  'firmware-mediatek': 'mediatek/** mt7* rt2* rt3* rt73.bin vpu*',
  'firmware-misc-nonfree':
    '3com/** INT8866RCA2.bin TAS* TIA* advansys/** age* airoha/** amphion/** arm/** as1* brcm/BCM-* cadence/** cnm/** ctefx.bin ctspeq.bin cxgb3/** cxgb4/** dabusb/** dvb-* ene-ub6250/** f2255usb.bin go7007/** imx/** kaweth/** lt9611uxc_fw.bin matrox/** meson/** microchip/** moxa/** mrvl/cpt01/** mrvl/cpt02/** mrvl/cpt03/** mrvl/cpt04/** mts* nvidia/tegra124/** nvidia/tegra186/** nvidia/tegra194/** nvidia/tegra210/** nxp/** powervr/** r8a* rockchip/** rp2.fw s22* tehuti/** ti-keystone/** ti/** tigon/** ueagle-atm/** v4l-cx231xx-avcore-01.fw v4l-cx23418* v4l-cx23885-avcore-01.fw v4l-cx25840.fw vntwusb.fw wfx/** wsm_22.bin',
  'firmware-myricom': 'myr*',
  'firmware-netronome': 'netronome/**',
  'firmware-netxen': 'phanfw.bin',
  'firmware-nvidia-graphics': 'nvidia/**',
  'firmware-qcom-soc': 'qcom/**',
  'firmware-qlogic': 'cbfw-3.2.5.1.bin ct2fw-3.2.5.1.bin ctfw-3.2.5.1.bin qed/** ql2* qlogic/**',
  'firmware-realtek': 'realtek/** rtl_bt/** rtl_nic/** rtlwifi/** rtw88/** rtw89/**',
  'firmware-samsung': 's5p*',
  'firmware-siano': 'cmm* dvb_* isd* sms* tdmb_nova_12mhz.inp',
  'firmware-sof-signed':
    'intel/sof-ace-tplg intel/sof-ipc4-lib/** intel/sof-ipc4-tplg/** intel/sof-ipc4/** intel/sof-tplg/** intel/sof/**',
  'firmware-ti-connectivity': 'ti-connectivity/**',
  'firmware-zd1211': 'zd1211/**',
};

/** Firmware that Debian counts as free: all other is in the component non-free-firmware. */
const free = new Set(['firmware-linux-free', 'firmware-ath9k-htc', 'firmware-carl9170']);

export const firmwareComponent = 'non-free-firmware';

/** The component of a package of firmware or microcode. */
export function componentOf(packageName: string): string {
  return free.has(packageName) ? 'main' : firmwareComponent;
}

const patterns = Object.entries(packages).flatMap(([name, globs]) =>
  globs.split(' ').map((glob) => ({ name, glob, expression: globToRegExp(glob) })),
);

/** The package that has a file of firmware; `undefined`: none of Debian's. */
export function firmwarePackage(path: string): string | undefined {
  return patterns.find(({ expression }) => expression.test(path))?.name;
}

/** The packages that may have files which fit a glob. */
export function firmwarePackages(glob: string): string[] {
  const plain = glob.replace(/^\/?(usr\/)?(lib\/firmware\/)?/, '');
  if (!isGlob(plain)) return [firmwarePackage(plain) ?? []].flat();
  const expression = globToRegExp(plain);
  const start = beforeWildcard(plain);
  return unique(
    patterns
      .filter((each) => {
        const own = beforeWildcard(each.glob);
        return isGlob(each.glob)
          ? own.startsWith(start) || start.startsWith(own)
          : expression.test(each.glob);
      })
      .map(({ name }) => name),
  );
}

function beforeWildcard(glob: string): string {
  return /^[^*?[{\\]*/.exec(glob)?.[0] ?? '';
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
