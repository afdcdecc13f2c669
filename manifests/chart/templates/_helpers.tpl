{{/* The release name where it says kubeposture, else both: names of cluster-scoped objects must not meet. */}}
{{- define "kubeposture.name" -}}
{{- if contains "kubeposture" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-kubeposture" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kubeposture.labels" -}}
app.kubernetes.io/name: {{ include "kubeposture.name" . }}
{{- end }}

{{- define "kubeposture.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}
