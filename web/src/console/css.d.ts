import "react";

declare module "react" {
  interface CSSProperties {
    /** A colour's hue, in degrees. */
    "--hue"?: number;
    /** How much of a whole, from 0 to 1. */
    "--share"?: number;
  }
}
