/** Lets the page believe that the browser sends pictures in `benchCodec` alone, as most meshes do. For benchmarks only. */

(() => {
  const { prototype } = RTCRtpSender;
  const { getParameters, setParameters } = prototype;
  /** @type {WeakMap<RTCRtpSender, RTCRtpCodecParameters[]>} */
  const negotiated = new WeakMap();

  Object.assign(prototype, {
    /** @this {RTCRtpSender} */
    getParameters() {
      const parameters = getParameters.call(this);
      negotiated.set(this, parameters.codecs);
      if (this.track?.kind === "audio") return parameters;
      return { ...parameters, codecs: parameters.codecs.filter(({ mimeType }) => mimeType === `video/${globalThis.benchCodec}`) };
    },

    /** Browsers refuse other codecs than their own. @this {RTCRtpSender} @param {RTCRtpSendParameters} parameters @param {any[]} rest */
    setParameters(parameters, ...rest) {
      return setParameters.call(this, { ...parameters, codecs: negotiated.get(this) ?? parameters.codecs }, ...rest);
    },
  });
})();
