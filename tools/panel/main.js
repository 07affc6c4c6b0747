// The panel's page: mounts the one component that holds everything else.
import { createElement } from "lwc";
import PhonePanel from "c/phonePanel";

document.body.append(createElement("c-phone-panel", { is: PhonePanel }));
