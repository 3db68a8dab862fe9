/* The API reference: Swagger UI over our own description. The key that is pasted stays in this page. */
"use strict";

const reference = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  persistAuthorization: false,
  validatorUrl: null,
  /* The page has one main part already. */
  onComplete: () => reference.querySelectorAll("main").forEach((part) => part.setAttribute("role", "presentation")),
});
