{{- define "fbads.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "fbads.labels" -}}
app.kubernetes.io/name: fbads
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "fbads.selector" -}}
app.kubernetes.io/name: fbads
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* One of our programs: the home's newest schema first, which whoever comes first makes. dict root component command probe grace */}}
{{- define "fbads.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $root.Release.Name }}-{{ .component }}
  labels:
    {{- include "fbads.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "fbads.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "fbads.selector" . | nindent 8 }}
      annotations:
        # Other settings or files start the programs anew.
        checksum/settings: {{ toJson (list $root.Values.settings $root.Values.files) | sha256sum }}
    spec:
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: {{ .grace }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        fsGroup: 10001
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      initContainers:
        - name: migrate
          command: ["fbads", "db", "migrate"]
          {{- include "fbads.container" (dict "root" $root "resources" .values.resources) | nindent 10 }}
      containers:
        - name: {{ .component }}
          command: {{ toJson .command }}
          {{- with .port }}
          ports:
            - {name: http, containerPort: {{ . }}}
          {{- end }}
          {{- toYaml .probes | nindent 10 }}
          {{- include "fbads.container" (dict "root" $root "resources" .values.resources) | nindent 10 }}
      volumes:
        - name: home
          persistentVolumeClaim: {claimName: {{ $root.Values.home.claim }}}
        - name: backups
          persistentVolumeClaim: {claimName: {{ $root.Values.backups.claim }}}
        - name: files
          configMap: {name: {{ $root.Release.Name }}-files}
        - name: tmp
          emptyDir: {}
{{- end }}

{{- define "fbads.container" -}}
image: {{ include "fbads.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
envFrom:
  - configMapRef: {name: {{ .root.Release.Name }}-settings}
  - secretRef: {name: {{ .root.Values.secretName }}}
resources:
  {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - {name: home, mountPath: /var/lib/fbads/home}
  - {name: backups, mountPath: /var/lib/fbads/backups}
  - {name: files, mountPath: /etc/fbads, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "fbads.claim" -}}
{{- if .values.create }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .values.claim }}
  labels:
    {{- include "fbads.labels" .root | nindent 4 }}
  annotations:
    # What was stored stays when the release is taken away.
    helm.sh/resource-policy: keep
spec:
  accessModes: [{{ .values.accessMode }}]
  {{- with .values.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests: {storage: {{ .values.size }}}
{{- end }}
{{- end }}
