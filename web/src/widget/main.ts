import { installGlobal } from "./global";

const script = document.currentScript;
installGlobal(window, script instanceof HTMLScriptElement ? script.src : null);
