{{- define "slipway.name" -}}
{{- default .Release.Name .Values.name -}}
{{- end -}}

{{- /* Labels that never change; takes a dict of root and component. */ -}}
{{- define "slipway.selector" -}}
app.kubernetes.io/name: "slipway"
app.kubernetes.io/instance: {{ include "slipway.name" .root | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end -}}

{{- define "slipway.labels" -}}
{{ include "slipway.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end -}}

{{- define "slipway.metadata" -}}
name: {{ printf "%s-%s" (include "slipway.name" .root) .component | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "slipway.labels" . | nindent 2 }}
{{- end -}}
