/** Open CTI methods about the softphone itself: size, labels, icons, visibility, settings. */

import { api } from "./api.js";
import { flag, rejected, text, whole } from "./ctiErrors.js";
import { HEIGHT_RANGE, WIDTH_RANGE } from "./softphone.js";

/** `ready` is called when the panel reports that it is initialised. */
export function panelMethods({ softphone, dialing, boot, ready }) {
  const icon = (show) => async (args) => {
    const key = text(args, "key");
    const { known } = await api.icon(key);
    if (!known) throw rejected(`key must be the name of an SLDS utility icon, not ${key}`);
    show(key);
  };
  return {
    enableClickToDial: () => {
      dialing.enabled = true;
    },
    disableClickToDial: () => {
      dialing.enabled = false;
    },
    setSoftphonePanelHeight: (args) => {
      softphone.height = whole(args, "heightPX", HEIGHT_RANGE);
    },
    setSoftphonePanelWidth: (args) => {
      softphone.width = whole(args, "widthPX", WIDTH_RANGE);
    },
    setSoftphonePanelVisibility: (args) => {
      softphone.visible = flag(args, "visible");
    },
    isSoftphonePanelVisible: () => ({ visible: softphone.visible }),
    setSoftphonePanelLabel: (args) => softphone.setPanelLabel(text(args, "label")),
    setSoftphoneItemLabel: (args) => softphone.setItemLabel(text(args, "label")),
    setSoftphonePanelIcon: icon((key) => softphone.setPanelIcon(key)),
    setSoftphoneItemIcon: icon((key) => softphone.setItemIcon(key)),
    getCallCenterSettings: () => boot.callCenter,
    getSoftphoneLayout: () => boot.softphoneLayout,
    notifyInitializationComplete: () => ready()
  };
}
