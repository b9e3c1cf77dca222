/** The one script of a website: it makes `<reflectie-coach>` known, once, also where a page loads it twice. */

import { ReflectieCoach } from "./element.js";

if (!customElements.get("reflectie-coach")) customElements.define("reflectie-coach", ReflectieCoach);

declare global {
  interface HTMLElementTagNameMap {
    "reflectie-coach": ReflectieCoach;
  }
}

export { ReflectieCoach };
