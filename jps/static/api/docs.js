"use strict";
// Shows the API's description. Requests that are tried carry the page's forgery token, as every
// unsafe request with the session cookie must.
const place = document.getElementById("docs");
const forgeryToken = document.querySelector('meta[name="csrf-token"]').content;

window.SwaggerUIBundle({
  url: place.dataset.spec,
  domNode: place,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // a check by another host
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) {
      request.headers["X-CSRFToken"] = forgeryToken;
    }
    return request;
  },
});
