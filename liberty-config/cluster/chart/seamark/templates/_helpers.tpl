{{- define "seamark.name" -}}
{{- printf "%s" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "seamark.selector" -}}
app.kubernetes.io/name: seamark
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "seamark.labels" -}}
{{ include "seamark.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: seamark
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end -}}

{{- define "seamark.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ .name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "seamark.pod" -}}
automountServiceAccountToken: false
{{ include "seamark.podRest" . }}
{{- end -}}

{{- define "seamark.podRest" -}}
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "seamark.container" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* Edge nodes are KubeEdge's, the cloud is all the rest. */ -}}
{{- define "seamark.affinity" -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          - key: node-role.kubernetes.io/edge
            operator: {{ .operator }}
          - key: kubernetes.io/os
            operator: In
            values: [linux]
          - key: kubernetes.io/arch
            operator: In
            values: {{ .architectures }}
{{- end -}}

{{- define "seamark.probes" -}}
startupProbe:
  httpGet: {path: /health/started, port: http}
  periodSeconds: 5
  failureThreshold: {{ div .startSeconds 5 }}
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{- define "seamark.settings" -}}
{{- range $key, $value := . }}
- {{ printf "--set=%s=%v" $key $value | quote }}
{{- end }}
{{- end -}}

{{- define "seamark.claim" -}}
{{- .Values.data.existingClaim | default (printf "%s-data" (include "seamark.name" .)) -}}
{{- end -}}

{{- define "seamark.cloudUrl" -}}
{{- .Values.edge.cloudUrl | default (ternary (printf "http://%s-unknown-tasks.%s:9081" (include "seamark.name" .) .Release.Namespace) "" .Values.unknownTasks.enabled) -}}
{{- end -}}

{{- define "seamark.knowledgeUrl" -}}
{{- .Values.edge.knowledgeUrl | default (ternary (printf "http://%s-knowledge.%s:9082" (include "seamark.name" .) .Release.Namespace) "" .Values.knowledge.enabled) -}}
{{- end -}}

{{- /* Where what works on the shared folder may run. */ -}}
{{- define "seamark.dataAffinity" -}}
{{ include "seamark.affinity" (dict "operator" "DoesNotExist" "architectures" "[amd64]") }}
{{- if eq .Values.data.accessMode "ReadWriteOnce" }}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          app.kubernetes.io/name: seamark
          app.kubernetes.io/instance: {{ .Release.Name | quote }}
          seamark.io/data: {{ include "seamark.claim" . }}
{{- end }}
{{- end -}}

{{- /* The Job of a round, which knowledge management gives name, image, arguments and settings. */ -}}
{{- define "seamark.trainingJob" -}}
{{- $this := dict "root" . "component" "training" -}}
{{- $job := .Values.knowledge.trainingJob -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "seamark.name" . }}-training
  labels:
    {{- include "seamark.labels" $this | nindent 4 }}
spec:
  # A round goes on by its own checkpoints, so it is knowledge management that starts another Job.
  backoffLimit: 0
  ttlSecondsAfterFinished: {{ $job.ttlSecondsAfterFinished }}
  template:
    metadata:
      labels:
        {{- include "seamark.labels" $this | nindent 8 }}
        seamark.io/data: {{ include "seamark.claim" . }}
    spec:
      restartPolicy: Never
      {{- include "seamark.pod" . | nindent 6 }}
      # The step in work is done, and a checkpoint written.
      terminationGracePeriodSeconds: 60
      securityContext:
        runAsNonRoot: true
        runAsUser: {{ .Values.user }}
        runAsGroup: {{ .Values.user }}
        fsGroup: {{ .Values.user }}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      affinity:
        {{- include "seamark.dataAffinity" . | nindent 8 }}
      containers:
        - name: train
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          env:
            - {name: TMPDIR, value: /tmp}
            - {name: XDG_CACHE_HOME, value: /tmp/cache}
          resources:
            {{- toYaml $job.resources | nindent 12 }}
          securityContext:
            {{- include "seamark.container" . | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: {{ include "seamark.claim" . }}
        - name: tmp
          emptyDir: {sizeLimit: 2Gi}
{{- end -}}

{{- /* A service of the cloud: one replica, since its folder has one owner. */ -}}
{{- define "seamark.service" -}}
{{- $root := .root -}}
{{- $of := .values -}}
{{- $name := printf "%s-%s" (include "seamark.name" $root) .component -}}
{{- $this := dict "root" $root "component" .component -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels:
    {{- include "seamark.labels" $this | nindent 4 }}
spec:
  type: {{ $of.service.type }}
  selector:
    {{- include "seamark.selector" $this | nindent 4 }}
  ports:
    - name: http
      port: {{ .port }}
      targetPort: http
      appProtocol: http
      {{- if and (eq $of.service.type "NodePort") $of.service.nodePort }}
      nodePort: {{ $of.service.nodePort }}
      {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "seamark.labels" $this | nindent 4 }}
spec:
  replicas: 1
  strategy:
    type: Recreate
  selector:
    matchLabels:
      {{- include "seamark.selector" $this | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "seamark.labels" $this | nindent 8 }}
        seamark.io/data: {{ include "seamark.claim" $root }}
      {{- if .job }}
      annotations:
        checksum/training-job: {{ include "seamark.trainingJob" $root | sha256sum }}
      {{- end }}
    spec:
      {{- if .job }}
      # It starts rounds as Jobs.
      serviceAccountName: {{ $name }}
      automountServiceAccountToken: true
      {{- include "seamark.podRest" $root | nindent 6 }}
      {{- else }}
      {{- include "seamark.pod" $root | nindent 6 }}
      {{- end }}
      # A frame in work is answered, a round writes its checkpoint.
      terminationGracePeriodSeconds: 60
      securityContext:
        runAsNonRoot: true
        runAsUser: {{ $root.Values.user }}
        runAsGroup: {{ $root.Values.user }}
        fsGroup: {{ $root.Values.user }}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      affinity:
        {{- include "seamark.affinity" (dict "operator" "DoesNotExist" "architectures" "[amd64]") | nindent 8 }}
        {{- if and $root.Values.unknownTasks.enabled $root.Values.knowledge.enabled (eq $root.Values.data.accessMode "ReadWriteOnce") }}
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector:
                matchLabels:
                  app.kubernetes.io/name: seamark
                  app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
                  seamark.io/data: {{ include "seamark.claim" $root }}
        {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "seamark.image" (dict "root" $root "name" "seamark-cloud") }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args:
            - serve
            - {{ .verb }}
            - --host=*
            - --port={{ .port }}
            - --data=/data
            {{- if .sam }}
            - --sam=/data/{{ .sam }}
            {{- end }}
            {{- if .job }}
            - --set=seamark.training.job.image={{ include "seamark.image" (dict "root" $root "name" "seamark-cloud") }}
            - --set=seamark.training.job.template=/etc/seamark/job.yaml
            {{- end }}
            {{- with $of.settings }}
            {{- include "seamark.settings" . | trim | nindent 12 }}
            {{- end }}
          env:
            - {name: LOG_FORMAT, value: json}
            - {name: TMPDIR, value: /tmp}
            - {name: XDG_CACHE_HOME, value: /tmp/cache}
          ports:
            - {name: http, containerPort: {{ .port }}}
          {{- include "seamark.probes" (dict "startSeconds" 180) | nindent 10 }}
          resources:
            {{- toYaml $of.resources | nindent 12 }}
          securityContext:
            {{- include "seamark.container" $root | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
            {{- if .job }}
            - {name: training-job, mountPath: /etc/seamark, readOnly: true}
            {{- end }}
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: {{ include "seamark.claim" $root }}
        {{- if .job }}
        - name: training-job
          configMap: {name: {{ $name }}-training-job}
        {{- end }}
        # Native libraries are unpacked here.
        - name: tmp
          emptyDir: {sizeLimit: 2Gi}
{{- end -}}
